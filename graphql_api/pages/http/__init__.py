"""Pages over HTTP: their routes, the style sheet, and errors for people."""
