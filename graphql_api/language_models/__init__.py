"""Language models: asked within budgets and a time, and their answers checked. What is asked belongs to slices."""
