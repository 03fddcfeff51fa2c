"""The demonstration préfecture: fictitious people, demandes and histories, dated from the day of the load."""
