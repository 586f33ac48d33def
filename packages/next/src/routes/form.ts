/** The fields of a form (`application/x-www-form-urlencoded`); none where the body is something else. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
  return new URLSearchParams(isForm ? await request.text() : "");
}
