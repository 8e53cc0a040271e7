import { createDocuChat } from "@docuchat/client";
import { DocuChatProvider } from "@docuchat/client/react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

const client = createDocuChat({ url: location.origin, tenant: "demo" });
createRoot(document.body.appendChild(document.createElement("div"))).render(
  <DocuChatProvider client={client}>
    <App />
  </DocuChatProvider>,
);
