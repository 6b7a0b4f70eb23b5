"""Building blocks of slices' GraphQL types: nodes, pages, enums of names, filters and orders."""
