import { createDocuChat, DocuChatError, type DocuChat, type ErrorBody, type FileId } from "@docuchat/client";
import { browserTokenStore, tokenStore } from "./token-store.ts";

/** The client of the server that this page came from, which writes into the page how it calls the header. */
export const connect = (tenant: string): DocuChat => {
  const tenantHeader = document.querySelector<HTMLMetaElement>("meta[name=tenant-header]")?.content;
  return createDocuChat({
    url: location.origin,
    tenant: tenant || undefined,
    tenantHeader,
    token: tokenStore,
    browserToken: browserTokenStore(tenant),
  });
};

/** A document's bytes. The token goes in a header, so that no address of this page ever holds it. */
export const fetchContent = async (fileId: FileId): Promise<Uint8Array> => {
  const token = await tokenStore.get();
  const response = await fetch(`/v1/files/${fileId}/content`, { headers: { authorization: `Bearer ${token}` } }).catch(
    (cause: unknown) => {
      throw new DocuChatError("SERVICE_UNAVAILABLE", { cause });
    },
  );
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  const told = (await response.json().catch(() => undefined)) as Partial<ErrorBody> | undefined;
  throw new DocuChatError(told?.error?.reason ?? "SERVICE_UNAVAILABLE");
};
