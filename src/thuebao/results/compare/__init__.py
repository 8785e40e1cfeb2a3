"""What is new and what is fixed between two audits."""
