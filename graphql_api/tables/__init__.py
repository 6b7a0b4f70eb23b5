"""Tables of dictionary-encoded columns: filtered, ordered, paged and grouped. Independent of a domain."""
