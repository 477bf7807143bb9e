"""The two scripts that keep the pace, run by Redis. Every key of a bot lies in one slot."""

from bots.engine.redis_access import Script

TAKE = Script(
    """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local sending, messages, ahead, least = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local function limit(n) return tonumber(ARGV[n]), tonumber(ARGV[n + 1]) end
local chat_distance, chat_early = limit(5)
local bot_distance, bot_early = limit(7)
local reply_distance, reply_early = limit(9)

local function read(key, ...)
  local found, values = redis.call('HMGET', key, ...), {}
  for i, name in ipairs({...}) do values[name] = tonumber(found[i] or 0) end
  return values
end
local chat = read(KEYS[1], 'next', 'hold')
local bot = read(KEYS[2], 'reply', 'push', 'bulk', 'hold')

local wait = math.max(0, chat.hold - now)
if sending ~= 'reply' then wait = math.max(wait, bot.hold - now) end
if messages == 0 then return {1, wait} end
wait = math.max(wait, chat.next - chat_early - now)
if sending ~= 'reply' then wait = math.max(wait, bot[sending] - bot_early - now) end
if wait > ahead then return {0, wait} end

local function advance(which, name, distance)
  which[name] = math.max(which[name], now) + messages * distance
end
local function keep(key, values)
  local fields, last = {}, 0
  for name, value in pairs(values) do
    if value > now then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
      last = math.max(last, value)
    end
  end
  if last > 0 then
    redis.call('HSET', key, unpack(fields))
    redis.call('PEXPIRE', key, math.ceil((last - now) / 1000) + least)
  end
end
advance(chat, 'next', chat_distance)
local counts = true
if sending == 'reply' then
  counts = bot.reply - reply_early <= now
  if counts then advance(bot, 'reply', reply_distance) end
end
if counts then
  if sending ~= 'bulk' then advance(bot, 'push', bot_distance) end
  advance(bot, 'bulk', bot_distance)
end
keep(KEYS[1], chat)
if counts then keep(KEYS[2], bot) end
return {1, wait}
"""
)
"""Gives a turn, or says how long there is none.

KEYS: the chat's and the bot's hash. ARGV: how it is sent, the number of messages (0 for who has a
turn and asks whether it still holds), how far ahead a turn is given, the least milliseconds a hash
is kept beyond need, then the limits of the chat, of the bot, and of the replies counted against
pushes. Times are microseconds. Returns whether there is a turn, and in how long it is.
"""

HOLD = Script(
    """
local time = redis.call('TIME')
local till = time[1] * 1000000 + time[2] + ARGV[1] * 1000
for _, key in ipairs(KEYS) do
  if till > tonumber(redis.call('HGET', key, 'hold') or 0) then
    redis.call('HSET', key, 'hold', till)
  end
  local kept = ARGV[1] + ARGV[2]
  if redis.call('PTTL', key) < kept then redis.call('PEXPIRE', key, kept) end
end
"""
)
"""Lets nothing more out for a while.

KEYS: whose hashes. ARGV: the milliseconds, and the least a hash is kept beyond need.
"""
