import { AppError } from "../http/app-error.ts";
import type { User, Users } from "../users/index.ts";

/**
 * The person a command names: by id, or by a verified e-mail address that only one user has.
 *
 * @throws AppError `invalid_request`
 */
export async function findUser(users: Users, name: string): Promise<User> {
  const user = await findKnownUser(users, name);
  if (!user) throw new AppError("invalid_request", `There is no user ${name}.`);
  return user;
}

/** The same; null where there is no such person. */
export async function findKnownUser(users: Users, name: string): Promise<User | null> {
  const found = name.includes("@") ? await users.findByEmail(name) : [await users.find(name)];
  const [user, ...others] = found.filter((each) => each !== null);
  if (user && others.length > 0) {
    const ids = [user, ...others].map(({ id }) => id).join(", ");
    throw new AppError("invalid_request", `Several users have the address ${name}; name one by its id: ${ids}`);
  }
  return user ?? null;
}
