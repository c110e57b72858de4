"""The biology: what a session's injury becomes in a year, by depth."""
