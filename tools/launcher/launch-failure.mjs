// @ts-check

/** A reason why a command cannot be run, in words for the person at the terminal: what is wrong, and what to do. */
export class LaunchFailure extends Error {
  /**
   * @param {string} message
   * @param {{ exitCode?: number, cause?: unknown }} [options] exit code 1 unless told
   */
  constructor(message, { exitCode = 1, cause } = {}) {
    super(message, { cause });
    this.name = "LaunchFailure";
    this.exitCode = exitCode;
  }
}
