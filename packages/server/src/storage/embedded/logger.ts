/** Where the embedded database tells what happens to it. A pino logger fits. */
export interface EmbeddedLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silentLogger: EmbeddedLogger = { info() {}, warn() {}, error() {} };
