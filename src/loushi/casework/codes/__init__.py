"""Codes on doors: what somebody who scans one comes to."""
