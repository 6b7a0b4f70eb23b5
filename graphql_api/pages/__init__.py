"""Pages for people: jockeys, races, race days and horses in Japanese and English, as HTML."""
