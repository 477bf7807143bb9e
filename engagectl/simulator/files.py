"""Files that bots and people upload, on disk, bounded."""

import asyncio
import mimetypes
import secrets
from pathlib import Path

from engagectl.simulator.media_details import media_details
from engagectl.simulator.parameters import Upload
from engagectl.simulator.records import StoredFile
from engagectl.simulator.world import World

KEPT_BYTES = 1024 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024
_FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "video_note": "video_notes",
    "animation": "animations",
    "sticker": "stickers",
}


class FileStore:
    """The uploaded files; the oldest go when they take too much room."""

    def __init__(self, world: World, folder: Path) -> None:
        """Keep the contents in `folder`."""
        self._world = world
        self._folder = folder
        self._by_path = {(file.bot_id, file.file_path): file for file in world.files.values()}
        self._bytes = sum(file.file_size for file in world.files.values())
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def store(self, bot_id: int, kind: str, upload: Upload) -> StoredFile:
        """Keep an upload for a bot.

        Args:
            bot_id: the bot to whom the file's id is valid.
            kind: the field of Message that holds such a file, such as `photo`.
            upload: the content with its name and type.
        """
        unique = secrets.token_urlsafe(9)
        suffix = Path(upload.file_name).suffix or (
            mimetypes.guess_extension(upload.mime_type) or ".bin"
        )
        file = StoredFile(
            file_id=f"SIM{kind.replace('_', '')}{secrets.token_urlsafe(27)}",
            file_unique_id=unique,
            bot_id=bot_id,
            file_path=f"{_FOLDERS.get(kind, 'documents')}/file_{unique}{suffix}",
            file_size=len(upload.content),
            kind=kind,
            file_name=upload.file_name or None,
            mime_type=upload.mime_type,
            details=media_details(upload.content),
        )
        await asyncio.to_thread(self._path(file).write_bytes, upload.content)
        self._by_path[bot_id, file.file_path] = file
        self._world.save_file(file)
        self._bytes += file.file_size
        await self._make_room(file)
        return file

    def find(self, bot_id: int, file_id: str) -> StoredFile | None:
        """Return the file if the bot may use it."""
        file = self._world.files.get(file_id)
        return file if file is not None and file.bot_id == bot_id else None

    def by_path(self, bot_id: int, file_path: str) -> StoredFile | None:
        """Return the file that getFile named so to the bot."""
        return self._by_path.get((bot_id, file_path))

    def content_path(self, file: StoredFile) -> Path:
        """Return where the content lies."""
        return self._path(file)

    def _path(self, file: StoredFile) -> Path:
        return self._folder / file.file_unique_id

    async def _make_room(self, newest: StoredFile) -> None:
        while self._bytes > KEPT_BYTES:
            oldest = next(iter(self._world.files.values()))
            if oldest is newest:
                return
            self._world.forget_file(oldest)
            self._by_path.pop((oldest.bot_id, oldest.file_path), None)
            self._bytes -= oldest.file_size
            await asyncio.to_thread(self._path(oldest).unlink, missing_ok=True)
