"""Language models: called within budgets and time limits, with checked answers. Prompts belong to slices."""
