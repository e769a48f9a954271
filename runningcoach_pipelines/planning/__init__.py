"""Planned training. Today: the steps of a workout, and how they are written for a watch; pure, without a store."""
