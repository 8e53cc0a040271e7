import { createDocuChat } from "@docuchat/client";
import { DocuChatProvider } from "@docuchat/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

const client = createDocuChat({
  url: location.origin,
  tenant: "demo",
  token: {
    get: () => sessionStorage.getItem("token") ?? undefined,
    set: (token) => (token ? sessionStorage.setItem("token", token) : sessionStorage.removeItem("token")),
  },
});

const root = document.querySelector("#root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <DocuChatProvider client={client}>
        <App />
      </DocuChatProvider>
    </StrictMode>,
  );
