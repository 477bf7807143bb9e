"""Bots come, change and go while the others serve; a broken one is named."""

import textwrap
import time

import pytest

from tests.bots_engine.world import ECHO, World
from tests.services import wait_until

LOUD = ECHO.replace("{message.text}", "{message.text}!")


def test_new_folder_serves_within_two_seconds(world: World) -> None:
    world.add_bot("first_bot")
    started = time.monotonic()
    world.add_bot("second_bot")
    world.say("second_bot", "hello")
    world.wait_for_texts("Ann: hello", seconds=2)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("handlers", "why"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing"),
        ("def create_router(:", "SyntaxError"),
        ("x = 1 / 0", "ZeroDivisionError: division by zero (__init__.py, line 1)"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("x = 1", "there is no create_router()"),
    ],
)
def test_broken_handlers_are_named_and_the_others_serve(
    world: World, handlers: str, why: str
) -> None:
    world.add_bot("good_bot")
    world.add_bot("broken_bot", handlers)
    assert why in world.wait_for_state("broken_bot", "failed")
    world.say("good_bot", "hello")
    world.wait_for_texts("Ann: hello")


@pytest.mark.parametrize(
    ("env", "why"),
    [
        ({"BOT_TOKEN": "secret-but-no-token"}, "BOT_TOKEN: Value error, it is no bot token"),
        ({"DRF_INTERNAL_KEY": "short"}, "DRF_INTERNAL_KEY: "),
        ({"BOT_NAME": "no name"}, "it stands in the webhook's path"),
    ],
)
def test_faulty_settings_are_named_without_their_values(
    world: World, env: dict[str, str], why: str
) -> None:
    world.add_bot("faulty_bot", env=env)
    state = world.wait_for_state("faulty_bot", "failed")
    assert why in state
    assert "secret-but-no-token" not in state + world.log


def test_missing_env_is_named_and_found_when_it_is_made(world: World) -> None:
    world.add_bot("echo_bot")
    env_file = world.folder("echo_bot") / ".env"
    kept = env_file.read_text()
    world.remove_bots()
    world.add_bot("echo_bot")
    env_file.unlink()
    world.write_handlers("echo_bot", LOUD)
    wait_until(lambda: "refused_changes" in world.ready(), what="the loss is named")
    assert "engage" not in kept
    env_file.write_text(kept)
    world.say("echo_bot", "hello")
    wait_until(lambda: "refused_changes" not in world.ready(), what="the bot is whole again")
    world.say("echo_bot", "again")
    world.wait_for_texts("Ann: again!")


def test_two_bots_cannot_share_a_token(world: World) -> None:
    token = f"7999999999:SIM{'b' * 40}"
    world.add_bot("one_bot", env={"BOT_TOKEN": token})
    world.wait_for_state("one_bot", "serving")
    world.add_bot("other_bot", env={"BOT_TOKEN": token})
    state = world.wait_for_state("other_bot", "failed")
    assert "one_bot has the same BOT_NAME or BOT_TOKEN" in state


def test_changed_handlers_serve_within_a_second_and_no_update_is_dropped(world: World) -> None:
    world.add_bot("echo_bot")
    for number in range(60):
        world.say("echo_bot", f"n{number}", chat=number % 7 + 1)
        if number == 20:
            world.write_handlers("echo_bot", LOUD)
        time.sleep(0.01)
    time.sleep(0.5)
    world.say("echo_bot", "last")
    world.wait_for_texts("Ann: last!")
    answered = {text.removeprefix("Ann: ").removesuffix("!") for text in world.telegram.texts}
    assert answered == {f"n{number}" for number in range(60)} | {"last"}
    assert len(world.telegram.texts) == 61


def test_change_of_the_same_length_is_taken_in(world: World) -> None:
    world.add_bot("echo_bot", ECHO.replace("{message.text}", "1"))
    for digit in "2345":
        world.write_handlers("echo_bot", ECHO.replace("{message.text}", digit))
        time.sleep(0.6)
        world.say("echo_bot", "hello")
        world.wait_for_texts(f"Ann: {digit}", seconds=3)


def test_change_with_a_fault_leaves_the_bot_as_it_was(world: World) -> None:
    world.add_bot("echo_bot")
    world.write_handlers("echo_bot", "def create_router(:")
    wait_until(lambda: "refused_changes" in world.ready(), what="the change is refused")
    assert "SyntaxError" in world.ready()["refused_changes"]["echo_bot"]
    assert world.ready()["bots"]["echo_bot"] == "serving"
    world.say("echo_bot", "hello")
    world.wait_for_texts("Ann: hello")
    world.write_handlers("echo_bot", LOUD)
    wait_until(lambda: "refused_changes" not in world.ready(), what="the mended file serves")
    world.say("echo_bot", "hello")
    world.wait_for_texts("Ann: hello!")


def test_change_of_shared_code_reloads_its_bots(world: World) -> None:
    shared = world.root / "bots" / "shared"
    shared.mkdir()
    (shared / "__init__.py").write_text("WORD = 'old'\n")
    handlers = textwrap.dedent(ECHO).replace("{message.text}", "{WORD}")
    world.add_bot("echo_bot", "from bots.shared import WORD\n" + handlers)
    (shared / "__init__.py").write_text("WORD = 'new'\n")
    time.sleep(0.8)
    world.say("echo_bot", "hello")
    world.wait_for_texts("Ann: new")
    shared.rename(world.root / f"gone_{time.monotonic_ns()}")


def test_removed_folder_stops_serving(world: World) -> None:
    world.add_bot("echo_bot")
    world.remove_bots()
    assert world.ready()["bots"] == {}
    assert world.ready()["status"] == "ready"


def test_commands_are_set_in_both_languages(world: World) -> None:
    world.add_bot("echo_bot")
    config = """
        from bots.engine.bot_settings import BotSettings, Command

        class Settings(BotSettings):
            pass

        COMMANDS = (Command("start", ru="Начать", en="Start"),)
    """
    (world.folder("echo_bot") / "config.py").write_text(textwrap.dedent(config))

    def menus() -> list[tuple[object, str]]:
        return [
            (body.get("language_code"), str(body["commands"]))
            for method, body in list(world.telegram.calls)
            if method == "setMyCommands"
        ]

    wait_until(lambda: len(menus()) == 3, what="the menus are set")
    assert [language for language, _ in menus()] == [None, "ru", "en"]
    assert "Start" in menus()[2][1]


def test_shipped_engine_starts_from_inside_its_folder(stopped_world: World) -> None:
    stopped_world.add_bot("echo_bot")
    stopped_world.start(inside=True)
    stopped_world.say("echo_bot", "hello")
    stopped_world.wait_for_texts("Ann: hello")


def test_token_that_telegram_refuses_is_named_until_it_is_accepted(world: World) -> None:
    world.telegram.refuse_next("getMe", 401, description="Unauthorized")
    world.add_bot("echo_bot")
    state = world.wait_for_state("echo_bot", "failed")
    assert state == "failed: Telegram does not accept its BOT_TOKEN"
    world.wait_for_state("echo_bot", "serving")
