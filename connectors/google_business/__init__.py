"""Google Business Profile: the locations of a business on Google Search and Maps."""
