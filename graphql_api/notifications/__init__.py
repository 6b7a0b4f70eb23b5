"""Notifications: an event is told to a topic of SNS or to a webhook by a job, at least once."""
