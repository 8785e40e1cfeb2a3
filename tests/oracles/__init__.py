"""What the product is held against: readings of the contract of their own, and the records to compare them on."""
