"""Who may do what: every address and method against every kind of actor.

| word | meaning |
|---|---|
| 200, 302 … | the status |
| in | sent to the sign-in page |
| 401 | the write of somebody who is not signed in |
| 403 | known, but not allowed |
| 404 | as if it did not exist: another company's, another person's |
| ok | let through; what comes of it depends on the form (2xx, 3xx, 400, 409, 422) |

A route without a line here fails the tests. The order, the draft and the people in the addresses belong to the
first company and its buyer; the columns beginning with "other" are of, or look after, another one. The beacon takes
what carries this portal's own origin only, and the requests here carry none.
"""

from __future__ import annotations

TABLE = """
METHOD ROUTE                                             visitor viewer buyer approver admin other_buyer rep other_rep acting_rep support store staff_admin
GET    /                                                 in      200    200   200      200   200         200 200       200        200     302   200
GET    /account                                          in      200    200   200      200   200         200 200       403        200     200   200
GET    /account/authenticator-app                        in      303    303   303      303   303         303 303       403        303     303   303
POST   /account/authenticator-app                        401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
POST   /account/authenticator-app/confirmation           401     404    404   404      404   404         404 404       403        404     404   404
POST   /account/authenticator-app/removal                401     404    404   404      404   404         404 404       403        404     404   404
GET    /account/billing                                  in      200    200   200      200   200         403 403       200        403     403   403
GET    /account/credit                                   in      200    200   200      200   200         403 403       200        403     403   403
POST   /account/mails                                    401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
POST   /account/passkeys                                 401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
POST   /account/passkeys/<passkey_id>/removal            401     404    ok    404      404   404         404 404       403        404     404   404
POST   /account/passkeys/options                         401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
POST   /account/password                                 401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
POST   /account/profile                                  401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
POST   /account/recovery-codes                           401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
GET    /account/security                                 in      200    200   200      200   200         200 200       403        200     200   200
POST   /account/sessions/<session_id>/ending             401     404    ok    404      404   404         404 404       403        404     404   404
POST   /account/sessions/endings                         401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
GET    /acting                                           in      200    200   200      200   200         403 403       200        403     403   403
POST   /acting/end                                       401     403    403   403      403   403         ok  ok        ok         403     403   403
GET    /activity                                         in      200    200   200      200   200         403 403       200        403     403   403
GET    /approvals                                        in      403    200   200      200   200         403 403       200        403     403   403
GET    /approvals/<approval_id>                          in      403    200   200      200   404         403 403       200        403     403   403
POST   /approvals/<approval_id>/approval                 401     403    404   ok       ok    404         403 403       404        403     403   403
POST   /approvals/<approval_id>/rejection                401     403    404   ok       ok    404         403 403       404        403     403   403
GET    /autopay                                          in      403    403   200      200   403         403 403       403        403     403   403
POST   /autopay                                          401     403    403   ok       ok    403         403 403       403        403     403   403
POST   /autopay/ending                                   401     403    403   ok       ok    403         403 403       403        403     403   403
POST   /beacon                                           403     403    403   403      403   403         403 403       403        403     403   403
GET    /billing                                          in      403    403   403      403   403         403 403       403        403     403   200
GET    /billing/invoices/<number>                        in      403    403   403      403   403         200 404       403        200     403   200
GET    /billing/invoices/<number>/copies                 in      403    403   403      403   403         403 403       403        403     403   200
POST   /billing/invoices/<number>/copies                 401     403    403   403      403   403         403 403       403        403     403   ok
GET    /billing/invoices/<number>/write-offs             in      403    403   403      403   403         403 403       403        403     403   200
POST   /billing/invoices/<number>/write-offs             401     403    403   403      403   403         403 403       403        403     403   ok
POST   /billing/invoices/<number>/write-offs/<write_off_id>/reversal 401     403    403   403      403   403         403 403       403        403     403   ok
GET    /billing/payments                                 in      403    403   403      403   403         403 403       403        403     403   200
GET    /billing/payments/<number>                        in      403    403   403      403   403         403 403       403        403     403   200
GET    /billing/payments/<number>/copies                 in      403    403   403      403   403         403 403       403        403     403   200
POST   /billing/payments/<number>/copies                 401     403    403   403      403   403         403 403       403        403     403   ok
POST   /billing/payments/<number>/method                 401     403    403   403      403   403         403 403       403        403     403   ok
POST   /billing/payments/<number>/refunds                401     403    403   403      403   403         403 403       403        403     403   ok
POST   /billing/payments/<number>/refunds/<refund_id>/acknowledgment 401     403    403   403      403   403         403 403       403        403     403   ok
POST   /billing/payments/<number>/reversal               401     403    403   403      403   403         403 403       403        403     403   ok
GET    /billing/reconciliation                           in      403    403   403      403   403         403 403       403        403     403   200
POST   /billing/reconciliation                           401     403    403   403      403   403         403 403       403        403     403   ok
POST   /billing/reconciliation/acknowledgments           401     403    403   403      403   403         403 403       403        403     403   404
GET    /billing/tax-exemptions                           in      403    403   403      403   403         403 403       403        403     403   200
GET    /bought-before                                    in      403    200   200      200   200         403 403       200        403     403   403
POST   /bought-before/lines                              401     403    ok    ok       ok    ok          403 403       ok         403     403   403
GET    /colours                                          in      200    200   200      200   200         403 403       200        403     403   403
GET    /company/billing-details                          in      403    403   403      200   403         403 403       403        403     403   403
POST   /company/billing-details                          401     403    403   403      ok    403         403 403       403        403     403   403
GET    /company/document-addresses                      in      403    403   403      200   403         403 403       403        403     403   403
GET    /company/document-addresses/<address_id>         in      403    403   403      200   403         403 403       403        403     403   403
POST   /company/document-addresses/<address_id>         401     403    403   403      ok    403         403 403       403        403     403   403
POST   /company/document-addresses/<address_id>/confirmation 401     403    403   403      ok    403         403 403       403        403     403   403
POST   /company/document-addresses/<address_id>/removal 401     403    403   403      ok    403         403 403       403        403     403   403
GET    /company/document-addresses/new                  in      403    403   403      200   403         403 403       403        403     403   403
POST   /company/document-addresses/new                  401     403    403   403      ok    403         403 403       403        403     403   403
POST   /company/acting-consent                           401     403    403   403      ok    403         403 403       403        403     403   403
POST   /company/second-factor                            401     403    403   403      ok    403         403 403       403        403     403   403
GET    /confirmation                                     in      200    200   200      200   200         200 200       403        200     200   200
POST   /confirmation                                     401     ok     ok    ok       ok    ok          ok  ok        403        ok      ok    ok
GET    /company/rep-limit                                in      403    403   403      200   403         403 403       403        403     403   403
POST   /company/rep-limit                                401     403    403   403      ok    403         403 403       403        403     403   403
GET    /context                                          in      200    200   200      200   200         403 403       200        403     403   403
POST   /context                                          401     ok     ok    ok       ok    ok          403 403       ok         403     403   403
GET    /counter                                          in      403    403   403      403   403         403 403       403        403     200   200
POST   /counter                                          401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/backorders                               401     403    403   403      403   403         403 403       403        403     ok    ok
GET    /counter/orders/<number>                          in      403    403   403      403   403         403 403       403        403     200   200
POST   /counter/orders/<number>/acceptance               401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/orders/<number>/arrival                  401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/orders/<number>/departure                401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/orders/<number>/handover                 401     403    403   403      403   403         403 403       403        403     ok    ok
GET    /counter/orders/<number>/lines/<line_no>/shortage in      403    403   403      403   403         403 403       403        403     200   200
POST   /counter/orders/<number>/lines/<line_no>/shortage 401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/orders/<number>/lines/<line_no>/tinting  401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/orders/<number>/picking                  401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/orders/<number>/promise                  401     403    403   403      403   403         403 403       403        403     ok    ok
POST   /counter/orders/<number>/readiness                401     403    403   403      403   403         403 403       403        403     ok    ok
GET    /counter/orders/<number>/returns                  in      403    403   403      403   403         403 403       403        403     200   200
POST   /counter/orders/<number>/returns                  401     403    403   403      403   403         403 403       403        403     ok    ok
GET    /counter/orders/<number>/slip                     in      403    403   403      403   403         403 403       403        403     200   200
GET    /credits                                          in      403    200   200      200   200         403 403       403        403     403   403
GET    /credits/<name>                                   in      403    200   200      200   404         403 403       403        403     403   403
POST   /credits/<name>/applications                      401     403    ok    ok       ok    404         403 403       403        403     403   403
POST   /credits/<name>/return-requests                   401     403    404   404      404   404         403 403       403        403     403   403
POST   /credits/payments                                 401     403    ok    ok       ok    ok          403 403       403        403     403   403
POST   /credits/use                                      401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /customers                                        in      403    403   403      403   403         200 200       403        200     403   200
GET    /customers/<code>                                 in      403    403   403      403   403         200 404       403        200     403   200
POST   /customers/<code>/applications/<transaction_id>/reversal 401 403 403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/billing-details                 in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/billing-details                 401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/billing                         in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/credit                          in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/credit-memos                    in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/credit-memos                    401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/credits/<name>                  in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/credits/<name>/applications     401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/delegations                     in      403    403   403      403   403         200 404       200        403     403   403
POST   /customers/<code>/delegations                     401     403    403   403      403   403         ok  404       ok         403     403   403
GET    /customers/<code>/disputes/<dispute_id>           in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/disputes/<dispute_id>           401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/document-addresses             in      403    403   403      403   403         403 403       403        403     403   200
GET    /customers/<code>/document-addresses/<address_id> in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/document-addresses/<address_id> 401     403    403   403      403   403         403 403       403        403     403   ok
POST   /customers/<code>/document-addresses/<address_id>/confirmation 401     403    403   403      403   403         403 403       403        403     403   ok
POST   /customers/<code>/document-addresses/<address_id>/removal 401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/document-addresses/new         in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/document-addresses/new         401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/hold                            in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/hold                            401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/invoices/<number>.pdf           in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/payments                        in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/payments                        401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/reminders                       in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/reminders                       401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/statements                      in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/statements/<month>              in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/statements/<month>.csv          in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/statements/<month>.pdf          in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/statements/<month>/copies       in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/statements/<month>/copies       401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/tax-exemptions                  in      403    403   403      403   403         200 404       403        200     403   200
GET    /customers/<code>/tax-exemptions/<exemption_id>   in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/tax-exemptions/<exemption_id>/acceptance 401     403    403   403      403   403         403 403       403        403     403   ok
POST   /customers/<code>/tax-exemptions/<exemption_id>/end 401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/tax-exemptions/<exemption_id>/file  in  403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/tax-exemptions/<exemption_id>/refusal 401     403    403   403      403   403         403 403       403        403     403   ok
GET    /customers/<code>/terms                           in      403    403   403      403   403         403 403       403        403     403   200
POST   /customers/<code>/terms                           401     403    403   403      403   403         403 403       403        403     403   ok
GET    /document-addresses/confirmation                 410     410    410   410      410   410         410 410       410        410     410   410
POST   /document-addresses/confirmation                 ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
GET    /document-addresses/removal                      410     410    410   410      410   410         410 410       410        410     410   410
POST   /document-addresses/removal                      ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
GET    /drafts                                           in      403    200   200      200   200         403 403       200        403     403   403
GET    /drafts/<draft_id>                                in      403    200   200      200   404         403 403       200        403     403   403
POST   /drafts/<draft_id>/approval                       401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/approval/withdrawal            401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/asking                         401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/card-payment                   401     403    404   404      404   404         403 403       403        403     403   403
POST   /drafts/<draft_id>/copies                         401     403    ok    ok       ok    404         403 403       ok         403     403   403
POST   /drafts/<draft_id>/discarding                     401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/left-out/dismissal             401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/lines                          401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/lines/<line_id>/removal        401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/lines/<line_id>/replacement    401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/lines/restored                 401     403    ok    ok       ok    ok          403 403       ok         403     403   403
POST   /drafts/<draft_id>/merge                          401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/name                           401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/parking                        401     403    ok    404      404   404         403 403       404        403     403   403
GET    /drafts/<draft_id>/pickup                         in      403    200   404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/pickup                         401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/placement                      401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/restoration                    401     403    ok    404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/resumption                     401     403    ok    404      404   404         403 403       404        403     403   403
GET    /drafts/<draft_id>/review                         in      403    302   404      404   404         403 403       404        403     403   403
POST   /drafts/<draft_id>/split                          401     403    ok    404      404   404         403 403       404        403     403   403
GET    /drafts/current                                   in      403    200   200      200   200         403 403       200        403     403   403
POST   /drafts/current/lines                             401     403    ok    ok       ok    ok          403 403       ok         403     403   403
POST   /drafts/current/pasted-lines                      401     403    ok    ok       ok    ok          403 403       ok         403     403   403
GET    /forgot                                           200     200    200   200      200   200         200 200       200        200     200   200
POST   /forgot                                           ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
POST   /group-payments                                  401     403    404   404      404   404         403 403       403        403     403   403
GET    /group-payments/new                              in      403    404   404      404   404         403 403       403        403     403   403
POST   /group-payments/parent                           401     403    404   404      404   404         403 403       403        403     403   403
POST   /hooks/stripe                                     404     404    404   404      404   404         404 404       404        404     404   404
GET    /invitation                                       410     410    410   410      410   410         410 410       410        410     410   410
POST   /invitation                                       ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
GET    /invoices                                         in      200    200   200      200   200         403 403       200        403     403   403
GET    /invoices.csv                                     in      200    200   200      200   200         403 403       200        403     403   403
GET    /invoices/<number>                                in      200    200   200      200   404         403 403       200        403     403   403
GET    /invoices/<number>.pdf                            in      200    200   200      200   404         403 403       200        403     403   403
GET    /invoices/<number>/disputes                       in      403    200   200      200   404         403 403       403        403     403   403
POST   /invoices/<number>/disputes                       401     403    ok    ok       ok    404         403 403       403        403     403   403
POST   /invoices/<number>/disputes/withdrawal            401     403    ok    ok       ok    404         403 403       403        403     403   403
GET    /invoices/<number>/links                          in      403    403   200      200   403         403 403       403        403     403   403
POST   /invoices/<number>/links                          401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /invoices/<number>/promises                       in      403    200   200      200   404         403 403       403        403     403   403
POST   /invoices/<number>/promises                       401     403    ok    ok       ok    404         403 403       403        403     403   403
POST   /invoices/<number>/promises/withdrawal            401     403    ok    ok       ok    404         403 403       403        403     403   403
POST   /jobs                                             401     403    ok    ok       ok    ok          403 403       ok         403     403   403
POST   /jobs/<job_id>/closure                            401     403    ok    ok       ok    404         403 403       ok         403     403   403
GET    /livez                                            200     200    200   200      200   200         200 200       200        200     200   200
GET    /lookup                                           in      403    403   403      403   403         200 200       403        200     403   200
GET    /lookup/orders/<number>                           in      403    403   403      403   403         200 404       403        200     403   200
GET    /order-lines.csv                                  in      200    200   200      200   200         403 403       200        403     403   403
GET    /orders                                           in      200    200   200      200   200         403 403       200        403     403   403
GET    /orders.csv                                       in      200    200   200      200   200         403 403       200        403     403   403
GET    /orders/<number>                                  in      200    200   200      200   404         403 403       200        403     403   403
GET    /orders/<number>/calendar.ics                     in      200    200   200      200   404         403 403       200        403     403   403
GET    /orders/<number>/cancellation                     in      403    200   200      200   404         403 403       200        403     403   403
POST   /orders/<number>/cancellation                     401     403    ok    ok       ok    404         403 403       ok         403     403   403
GET    /orders/<number>/placed                           in      200    200   200      200   404         403 403       200        403     403   403
GET    /orders/<number>/reorder                          in      403    200   200      200   404         403 403       200        403     403   403
POST   /orders/<number>/reorders                         401     403    ok    ok       ok    404         403 403       ok         403     403   403
GET    /orders/<number>/slip                             in      200    200   200      200   404         403 403       200        403     403   403
GET    /orders/<number>/slip.pdf                         in      200    200   200      200   404         403 403       200        403     403   403
POST   /passkey-options                                  ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
GET    /pay/<token>                                      404     404    404   404      404   404         404 404       404        404     404   404
POST   /pay/<token>                                      404     404    404   404      404   404         404 404       404        404     404   404
GET    /pay/returned/<token>                             404     404    404   404      404   404         404 404       404        404     404   404
POST   /pay/returned/<token>                             404     404    404   404      404   404         404 404       404        404     404   404
GET    /payment-links                                    in      403    403   200      200   403         403 403       403        403     403   403
POST   /payment-links/<link_id>/revocation               401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /payment-methods                                  in      403    403   200      200   403         403 403       403        403     403   403
POST   /payment-methods                                  401     403    403   ok       ok    403         403 403       403        403     403   403
POST   /payment-methods/<method_id>/removal              401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /payments                                         in      200    200   200      200   200         403 403       200        403     403   403
POST   /payments                                         401     403    ok    ok       ok    ok          403 403       403        403     403   403
GET    /payments.csv                                     in      200    200   200      200   200         403 403       200        403     403   403
GET    /payments/<token>                                 in      403    200   200      200   404         403 403       403        403     403   403
POST   /payments/<token>/cancellation                    401     403    ok    ok       ok    404         403 403       403        403     403   403
POST   /payments/<token>/confirmation                    401     403    ok    ok       ok    404         403 403       403        403     403   403
GET    /payments/new                                     in      403    302   302      302   302         403 403       403        403     403   403
GET    /people                                           in      403    403   403      200   403         403 403       403        403     403   403
GET    /people/<user_id>                                 in      403    403   403      200   403         403 403       403        403     403   403
POST   /people/<user_id>/invitation                      401     403    403   403      ok    403         403 403       403        403     403   403
POST   /people/<user_id>/lock                            401     403    403   403      ok    403         403 403       403        403     403   403
POST   /people/<user_id>/order-limit                     401     403    403   403      ok    403         403 403       403        403     403   403
POST   /people/<user_id>/role                            401     403    403   403      ok    403         403 403       403        403     403   403
POST   /people/<user_id>/second-factor/reset             401     403    403   403      ok    403         403 403       403        403     403   403
POST   /people/<user_id>/unlock                          401     403    403   403      ok    403         403 403       403        403     403   403
GET    /people/invitation                                in      403    403   403      200   403         403 403       403        403     403   403
POST   /people/invitation                                401     403    403   403      ok    403         403 403       403        403     403   403
GET    /products                                         in      200    200   200      200   200         403 403       200        403     403   403
GET    /products/<code>                                  in      200    200   200      200   200         403 403       200        403     403   403
GET    /products/why/<sku>                               in      200    200   200      200   200         403 403       200        403     403   403
GET    /readyz                                           200     200    200   200      200   200         200 200       200        200     200   200
GET    /receipts/<number>.pdf                            in      403    200   200      200   404         403 403       403        403     403   403
GET    /reminders                                        in      403    403   200      200   403         403 403       403        403     403   403
POST   /reminders                                        401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /reset                                            410     410    410   410      410   410         410 410       410        410     410   410
POST   /reset                                            ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
GET    /scheduled-payments                               in      403    403   200      200   403         403 403       403        403     403   403
POST   /scheduled-payments                               401     403    403   ok       ok    403         403 403       403        403     403   403
POST   /scheduled-payments/<token>/cancellation          401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /scheduled-payments/new                           in      403    403   302      302   403         403 403       403        403     403   403
GET    /sign-in                                          200     302    302   302      302   302         302 302       302        302     302   302
POST   /sign-in                                          ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
POST   /sign-in/passkey                                  ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
GET    /sign-in/second-factor                            302     302    302   302      302   302         302 302       302        302     302   302
POST   /sign-in/second-factor                            ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
POST   /sign-out                                         ok      ok     ok    ok       ok    ok          ok  ok        ok         ok      ok    ok
GET    /staff                                            in      403    403   403      403   403         403 403       403        403     403   200
GET    /staff/<user_id>                                  in      403    403   403      403   403         403 403       403        403     403   200
POST   /staff/<user_id>/assignments                      401     403    403   403      403   403         403 403       403        403     403   ok
POST   /staff/<user_id>/assignments/<code>/removal       401     403    403   403      403   403         403 403       403        403     403   ok
POST   /staff/<user_id>/invitation                       401     403    403   403      403   403         403 403       403        403     403   ok
POST   /staff/<user_id>/lock                             401     403    403   403      403   403         403 403       403        403     403   ok
GET    /staff/lookups                                    in      403    403   403      403   403         403 403       403        403     403   200
POST   /staff/<user_id>/unlock                           401     403    403   403      403   403         403 403       403        403     403   ok
GET    /staff/second-factor-reset                        in      403    403   403      403   403         403 403       403        403     403   200
POST   /staff/second-factor-reset                        401     403    403   403      403   403         403 403       403        403     403   ok
GET    /staff/invitation                                 in      403    403   403      403   403         403 403       403        403     403   200
POST   /staff/invitation                                 401     403    403   403      403   403         403 403       403        403     403   ok
GET    /statements                                       in      200    200   200      200   200         403 403       200        403     403   403
GET    /statements/<month>                               in      200    200   200      200   200         403 403       200        403     403   403
GET    /statements/<month>.csv                           in      200    200   200      200   200         403 403       200        403     403   403
GET    /statements/<month>.pdf                           in      200    200   200      200   200         403 403       200        403     403   403
GET    /statements/<month>/links                         in      403    403   200      200   403         403 403       403        403     403   403
POST   /statements/<month>/links                         401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /static/<filename>                                200     200    200   200      200   200         200 200       200        200     200   200
GET    /stores                                           in      200    200   200      200   200         403 403       200        403     403   403
GET    /stores/<code>                                    in      200    200   200      200   200         403 403       200        403     403   403
POST   /stores/choice                                    401     ok     ok    ok       ok    ok          403 403       ok         403     403   403
GET    /styleguide                                       200     200    200   200      200   200         200 200       200        200     200   200
GET    /tax-exemptions                                   in      403    403   200      200   403         403 403       403        403     403   403
POST   /tax-exemptions                                   401     403    403   ok       ok    403         403 403       403        403     403   403
GET    /tax-exemptions/<exemption_id>/file               in      403    403   200      200   403         403 403       403        403     403   403
POST   /tax-exemptions/<exemption_id>/withdrawal         401     403    403   ok       ok    403         403 403       403        403     403   403
"""


def columns() -> tuple[str, ...]:
    """The actors, in the order of the table."""
    return tuple(TABLE.split("\n")[1].split()[2:])


def lines() -> dict[str, list[str]]:
    """``"GET /orders"`` → one word for each actor."""
    found = {}
    for line in TABLE.strip().splitlines()[1:]:
        method, rule, *words = line.split()
        assert len(words) == len(columns()), line
        found[f"{method} {rule}"] = words
    return found
