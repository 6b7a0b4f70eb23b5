"""What slices make their GraphQL types of: nodes, pages, enums of names, filters and orders."""
