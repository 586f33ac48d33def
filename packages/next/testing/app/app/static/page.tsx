// biome-ignore lint/style/noDefaultExport: Next.js takes no other.
export default function Static() {
  return <p>The same for everybody.</p>;
}
