import { createDocuChat, DocuChatError, type DocuChat, type ErrorBody, type FileId } from "@docuchat/client";
import { BASE } from "./base.ts";
import { browserTokenStore, tokenStore } from "./token-store.ts";

/** The client of the server that this page came from, which writes into the page how it calls the header. */
export const connect = (tenant: string): DocuChat => {
  const tenantHeader = document.querySelector<HTMLMetaElement>("meta[name=tenant-header]")?.content;
  return createDocuChat({
    url: BASE,
    tenant: tenant || undefined,
    tenantHeader,
    token: tokenStore,
    browserToken: browserTokenStore(tenant),
  });
};

/** A document's bytes. The token goes in a header, so that no address of this page ever holds it. */
export const fetchContent = async (fileId: FileId): Promise<Uint8Array> => {
  const token = await tokenStore.get();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${BASE}v1/files/${fileId}/content`, { headers }).catch((cause: unknown) => {
    throw new DocuChatError("SERVICE_UNAVAILABLE", { cause });
  });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  const told = (await response.json().catch(() => undefined)) as Partial<ErrorBody> | undefined;
  throw new DocuChatError(told?.error?.reason ?? "SERVICE_UNAVAILABLE");
};
