"""What the shipped bots have in common; no bot itself.

A bot made of these parts hands its routers to `routers.chat_middleware.create_bot_router`, and its
handlers then get `chat: LearnerChat`, which says things, changes the learner and knows the core.
Texts go through `chat.texts`: English in the code, Russian in `locale/ru/LC_MESSAGES/messages.po`,
every inserted value escaped. A step's look is in `steps`, its buttons in `keyboards`, what they
carry in `callbacks`, and the way through an activity in `activities`.
"""
