"""Small items that change: keys, counters, slips, sessions, jobs. One interface over SQLite and DynamoDB."""
