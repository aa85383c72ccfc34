"""A practice, its payers and patients, and claims to submit: all of it invented."""
