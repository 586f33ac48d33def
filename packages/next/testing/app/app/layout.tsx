import type { ReactNode } from "react";

export const metadata = { title: "Holdfast in Next.js" };

// biome-ignore lint/style/noDefaultExport: Next.js takes no other.
export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
