//! By which names do clients call the tools? Each tool's file takes its own, and those of the tools that its answers point to.

pub(super) const QUERY_API_ENDPOINTS: &str = "query_api_endpoints";
pub(super) const SEMANTIC_ENDPOINT_LOCATOR: &str = "semantic_endpoint_locator";
pub(super) const ENUMERATE_API_DOMAINS: &str = "enumerate_api_domains";
pub(super) const FETCH_DOMAIN_RESOURCES: &str = "fetch_domain_resources";
pub(super) const RESOLVE_RESOURCE_METADATA: &str = "resolve_resource_metadata";
pub(super) const DISPATCH_API_OPERATION: &str = "dispatch_api_operation";
pub(super) const SEND_UNMEDIATED_PAYLOAD: &str = "send_unmediated_payload";
pub(super) const READ_STORED_RESULT: &str = "read_stored_result";
pub(super) const CACHE_INVOCATION_PATTERN: &str = "cache_invocation_pattern";
pub(super) const DISPLAY_CACHED_INVOCATIONS: &str = "display_cached_invocations";
pub(super) const DISCARD_CACHED_ENTRY: &str = "discard_cached_entry";
pub(super) const UNDO: &str = "undo";
pub(super) const FLUSH_RAPID_RECALL_SYSTEM: &str = "flush_rapid_recall_system";
