"""What makes learning a habit: XP, the daily goal, the streak. It never blocks learning."""
