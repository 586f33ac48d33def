// @ts-check
/**
 * What every `npm run …` of this repository goes through: installs the dependencies when they are not there, picks a
 * Node that runs the source, and runs the command on it. Plain JavaScript without dependencies, because it runs first,
 * on whatever Node the machine has (18 or newer).
 *
 * Everything the launcher itself says goes to stderr: stdout belongs to the command.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { commands, usage } from "./launcher/commands.mjs";
import { ensureInstalled } from "./launcher/install.mjs";
import { LaunchFailure } from "./launcher/launch-failure.mjs";
import { chooseNode, environmentFor, locateNode } from "./launcher/node.mjs";
import { endLike, runForeground } from "./launcher/process.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @param {string | undefined} name
 * @param {string[]} args
 */
async function launch(name, args) {
  if (name === "--help" || name === "-h") return void process.stdout.write(usage);
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new LaunchFailure(name ? `There is no command "${name}".\n\n${usage}` : usage, { exitCode: 2 });

  const choice = chooseNode();
  await ensureInstalled(root, choice);
  const node = locateNode(root, choice);
  const { script, cwd = ".", env } = command(root);
  const outcome = await runForeground(node, [...script, ...args], {
    cwd: path.join(root, cwd),
    env: environmentFor(root, node, { ...process.env, ...env }),
  });
  endLike(outcome);
}

const [name, ...args] = process.argv.slice(2);
launch(name, args).catch((error) => {
  if (!(error instanceof LaunchFailure)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = error.exitCode;
});
