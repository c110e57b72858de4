"""What is prescribed: sessions, their steps, and the days they fall on."""

from pinprick.courses.course import Course
from pinprick.courses.steps import Apply, Clean, Dose, Needle, Numb, Rest, Step, Zone

__all__ = ["Apply", "Clean", "Course", "Dose", "Needle", "Numb", "Rest", "Step", "Zone"]
