// @ts-check
/**
 * Preloaded into every command. A command lives in a process group of its own, so killing the launcher's group with
 * SIGKILL would leave it running for ever; the channel to the launcher closes then, and the command ends in good order.
 */
if (process.channel) {
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // Listening must not keep a finished command alive.
  process.channel.unref();
}
