"""LinkedIn: profiles and company pages."""
