"""The columns of each file, in the order in which they are written: the names of docs/data-formats.md."""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "stores": """code name line1 city region postcode country latitude longitude time_zone phone
            lead_minutes tint_minutes window_minutes window_capacity""",
        "store_hours": "store_code weekday opens closes",
        "store_exceptions": "store_code date opens closes note",
        "colours": "number name hex family",
        "products": "code name category description data_sheet_url tintable",
        "variants": "sku product_code name size sheen base unit pack_size discontinued_on replacement_sku",
        "price_lists": "code name currency",
        "prices": "price_list sku min_quantity unit_price valid_from valid_to",
        "companies": """code name parent_code price_list currency credit_limit credit_hold terms_days
            home_store po_mode acting_consent phone email account_kind hold_reason terms invoice_per reminders
            legal_name tax_number billing_line1 billing_line2 billing_city billing_region billing_postcode billing_country""",
        "addresses": "company_code label recipient line1 line2 city region postcode country is_default",
        "users": "email name phone language time_zone kind store_code password_hash",
        "memberships": "email company_code role order_limit",
        "rep_assignments": "email company_code",
        "jobs": "company_code name po_number",
        "contract_prices": "company_code sku min_quantity unit_price valid_from valid_to contract",
        "part_numbers": "company_code sku part_number",
        "stock": "store_code sku on_hand",
        "tax_rates": "region name percent valid_from",
        "tax_exemptions": "company_code region certificate_number exempt_for valid_from valid_to",
        "orders": """number company_code placed_at placed_by_email on_behalf_of_email on_behalf_reason
            status fulfilment store_code po_number job currency window_start window_end promised_at
            ready_at closed_at pickup_person address_label kind tax_region exemption paid""",
        "order_lines": """order_number line sku name quantity unit_price colour_number colour_name state
            quantity_fulfilled tax_percent""",
        "payments": "number company_code received_on kind amount reference note",
        "payment_allocations": "payment_number invoice_number amount discount short_reason short_note",
    }.items()
}
