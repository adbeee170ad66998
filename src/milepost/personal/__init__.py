"""Personal data, found in every cell by their form and their check digits, and never quoted."""
