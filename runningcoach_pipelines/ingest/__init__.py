"""Files into bronze: finding FIT files in folders and archives, storing them whole, then looking inside."""
