"""What is prescribed, sessions and their steps by day, and the record of what was done."""

from pinprick.courses.course import Course
from pinprick.courses.radiofrequency import Radiofrequency
from pinprick.courses.record import AdverseEvent, Record
from pinprick.courses.steps import Apply, Clean, Dose, Needle, Numb, Rest, Step, Zone

__all__ = [
    "AdverseEvent",
    "Apply",
    "Clean",
    "Course",
    "Dose",
    "Needle",
    "Numb",
    "Radiofrequency",
    "Record",
    "Rest",
    "Step",
    "Zone",
]
