"""Kernels: functions that a grid of threads runs on a GPU."""
