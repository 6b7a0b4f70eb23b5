"""Jobs: work that no request waits for, named by slices and started by a schedule or by an operator."""
