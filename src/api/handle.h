/* handle.h - the handlers that route.def names; one file a noun, handle_*.c. */
#ifndef TALLY_API_HANDLE_H
#define TALLY_API_HANDLE_H

#include "api/route.h"

route_handler handle_events_post, handle_events_list;
route_handler handle_accounts_list, handle_account_get, handle_account_put;
route_handler handle_contracts_list, handle_contract_get, handle_contract_versions,
	handle_contract_post;
route_handler handle_people_list, handle_people_post, handle_people_import, handle_person_delete;
route_handler handle_developers_list, handle_developers_import;
route_handler handle_assignments_list, handle_assignments_put;
route_handler handle_plan_get, handle_price_get, handle_upgrade_post;
route_handler handle_billing_get, handle_billing_put;
route_handler handle_usage_get, handle_trend_get, handle_explain_get, handle_credits_get,
	handle_costs_get;
route_handler handle_flex_get, handle_flex_trend_get, handle_flex_forecast_get,
	handle_flex_transition_get, handle_estimate_post, handle_simulate_post;
route_handler handle_invoices_list, handle_invoice_get, handle_invoice_draft_get, handle_close_post;
route_handler handle_keys_list, handle_key_post, handle_key_delete;
route_handler handle_audit_list, handle_audit_export, handle_audit_verify;
route_handler handle_notifications_list, handle_notification_test, handle_rules_get,
	handle_rules_put;
route_handler handle_session_post, handle_session_get, handle_session_delete,
	handle_session_password;
route_handler handle_users_list, handle_user_post, handle_user_put, handle_user_delete,
	handle_user_link;
route_handler handle_roles_list, handle_role_put, handle_role_delete;
route_handler handle_export_get, handle_backup_post, handle_verify_post;
route_handler handle_catalogue_get;
route_handler handle_prices_get;
route_handler handle_page_get, handle_asset_get;
route_handler handle_health_get, handle_ready_get, handle_metrics_get, handle_openapi_get;

#endif
