"""Jobs: work that no request waits for, named by slices; run by a schedule or an operator, or by workers of a queue."""
