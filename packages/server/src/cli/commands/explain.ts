import { styleText } from "node:util";
import { defineCommand } from "citty";
import { AppError } from "../../http/app-error.ts";
import { deploymentArguments } from "../arguments.ts";
import { print } from "../output.ts";
import { formatTimeline } from "../timeline-text.ts";
import { withHoldfast } from "../with-holdfast.ts";

// Where nobody looks at it on a screen: as wide as the longest lines of the other commands.
const columnsOfFiles = 120;

export const explainCommand = defineCommand({
  meta: { name: "explain", description: "Tell what happened to a session, and why it is over" },
  args: {
    ...deploymentArguments,
    session: { type: "positional", required: true, description: "The session's id (sid)" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ timeline }) => {
      const told = await timeline.explain(args.session);
      if (!told) throw new AppError("session_unknown", `There is no session ${args.session}.`);
      const { isTTY, columns } = process.stdout;
      // With NO_COLOR in the environment, styleText leaves a text as it is.
      const layout = isTTY ? { columns, paint: styleText } : { columns: columnsOfFiles };
      print(args.json, told, formatTimeline(told, layout));
    }),
});
