"""Colours of the picture."""

PAPER = "#F3F4FB"
CARD = "#FFFFFF"
INK = "#1E1B4B"
MUTED = "#6B7280"
FAINT = "#C9CCDA"
TRACK = "#E8EAF3"
WHITE = "#FFFFFF"
LILAC = "#D9D6FE"
VEIL = "#6E5BEF"
INDIGO = "#4F46E5"
VIOLET = "#8B3DF0"
FLAME = "#F97316"
FLAME_CORE = "#FDBA4D"
GOLD = "#F5B301"
GREEN = "#10B981"
SKY = "#0EA5E9"
ROSE = "#EC4899"

SKILLS = {
    "grammar": INDIGO,
    "vocabulary": GREEN,
    "reading": SKY,
    "listening": VIOLET,
    "writing": FLAME,
    "speaking": ROSE,
}
HEAT = ("#E8EAF3", "#C7C3FB", "#9A92F6", "#6D63EE", "#4338CA")
"""Days by how much of the daily goal was reached: none, some, half, nearly, all of it."""
