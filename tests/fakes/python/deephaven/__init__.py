"""Stands for the server's Python package in tests of what runs in the guest."""
