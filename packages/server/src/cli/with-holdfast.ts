import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { type Deployment, readDeployment } from "./deployment.ts";
import { openCommandDatabase } from "./open-database.ts";

export interface CommandArguments {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
  readonly production?: boolean | undefined;
}

/**
 * Runs a command's work on the deployment's own database, beside the running server or without one.
 *
 * @param assertAllowed throws where this deployment does not let the command run; asked before anything is opened
 */
export async function withHoldfast<Result>(
  { config, data, production }: CommandArguments,
  work: (holdfast: Holdfast) => Promise<Result>,
  assertAllowed: (deployment: Deployment) => void = () => undefined,
): Promise<Result> {
  const deployment = await readDeployment({ mode: production ? "production" : "development", config, data });
  assertAllowed(deployment);
  const logger = createLogger({ level: "silent" });
  const database = await openCommandDatabase(deployment, { logger, command: "a holdfast command" });
  try {
    const holdfast = await createHoldfast(deployment.config, {
      connection: database.connection,
      logger,
      // That is the running server's.
      background: false,
    });
    try {
      return await work(holdfast);
    } finally {
      await holdfast.close();
    }
  } finally {
    await database.close();
  }
}
