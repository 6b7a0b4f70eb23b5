"""Tables of dictionary-encoded columns: filtered, ordered, paged and grouped. Knows no domain."""
