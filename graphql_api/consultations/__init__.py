"""Consultations on betting slips: facts, the amount against a person's limit, and answers to messages."""
