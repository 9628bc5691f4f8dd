"""The verbs: one file each, with its flags and its body, and a table of them all.

`massctl --help` reads the table and imports no verb; a verb that is typed is imported alone.
"""

VERBS: dict[str, tuple[str, str]] = {
    "init": (
        "massctl.cli.commands.init",
        "Create a repository that validates, plans and applies in the sandbox.",
    ),
    "new": (
        "massctl.cli.commands.new",
        "Make a campaign: from a sample, another campaign, or the rest of a list.",
    ),
    "import": (
        "massctl.cli.commands.import_campaign",
        "Make a campaign from a draft, an article, a page, or a Word or Markdown file.",
    ),
    "tags": (
        "massctl.cli.commands.tags",
        "List an account's tags; keep names and counts for offline plans.",
    ),
    "audience": (
        "massctl.cli.commands.audience",
        "List the audiences: who they are, how many, and who uses them next.",
    ),
    "validate": (
        "massctl.cli.commands.validate",
        "Check every campaign: schema, rendering, content rules.",
    ),
    "render": (
        "massctl.cli.commands.render",
        "Write a campaign's articles exactly as they will be sent.",
    ),
    "serve": (
        "massctl.cli.commands.serve",
        "Show campaigns live in a browser on this machine, as a phone shows them.",
    ),
    "desk": (
        "massctl.cli.commands.desk",
        "Write letters in a browser beside the phone, and ask for their review; it cannot send.",
    ),
    "links": (
        "massctl.cli.commands.links",
        "List where the taps of campaigns lead; ask whether the addresses answer.",
    ),
    "lock": (
        "massctl.cli.commands.lock",
        "Write or check campaign.lock.json, which names what was approved.",
    ),
    "plan": (
        "massctl.cli.commands.plan",
        "Show what apply would do now, and why. Needs no secret.",
    ),
    "apply": (
        "massctl.cli.commands.apply",
        "Carry out the plan: upload, save drafts, preview, send.",
    ),
    "run": ("massctl.cli.commands.run", "Send what is merged, from this machine: the pull runner."),
    "preview": (
        "massctl.cli.commands.preview",
        "Show a campaign on reviewers' phones, even if they have seen it.",
    ),
    "status": ("massctl.cli.commands.status", "Ask WeChat about unfinished mass jobs."),
    "report": (
        "massctl.cli.commands.report",
        "Show what the sends reached, from the ledger and kept statistics.",
    ),
    "stop": (
        "massctl.cli.commands.stop",
        "Stop all sends of this repository at once: set the brake.",
    ),
    "resume": (
        "massctl.cli.commands.resume",
        "Allow sends again: show what is due, and lift the brake.",
    ),
    "reconcile": ("massctl.cli.commands.reconcile", "Settle a send of unknown outcome."),
    "withdraw": (
        "massctl.cli.commands.withdraw",
        "Delete sent articles; the cards stay in the chats.",
    ),
    "comments": ("massctl.cli.commands.comments", "Open or close comments on sent articles."),
    "record-event": (
        "massctl.cli.commands.record_event",
        "Record a MASSSENDJOBFINISH event as WeChat posted it.",
    ),
    "listen": (
        "massctl.cli.commands.listen",
        "Hear the end of mass sends: the callback URL of the accounts.",
    ),
    "speed": ("massctl.cli.commands.speed", "Read or set how fast WeChat delivers mass sends."),
    "adopt": (
        "massctl.cli.commands.adopt",
        "Keep a staged draft as somebody changed it in the console.",
    ),
    "state": ("massctl.cli.commands.state", "Read and check the ledger."),
    "doctor": (
        "massctl.cli.commands.doctor",
        "Check credentials, whitelist, rights, clock, proxy, ledger.",
    ),
    "sandbox": (
        "massctl.cli.commands.sandbox",
        "Serve a simulated WeChat on loopback, with an inbox page.",
    ),
    "explain": (
        "massctl.cli.commands.explain",
        "Explain a diagnostic, a guard, an exit status or an errcode.",
    ),
    "ci": (
        "massctl.cli.commands.ci",
        "Helpers for CI workflows: review a pull request, send what is due.",
    ),
    "schema": ("massctl.cli.commands.schema", "Write the JSON Schemas of the file formats."),
}
"""Verb -> module with a click command named `command`, and its help in one line."""
RENDERING = frozenset(
    {"import", "validate", "render", "lock", "plan", "apply", "preview", "doctor"}
)
"""Verbs that ask the child process as soon as they can."""
EVERYWHERE = frozenset({"desk", "explain", "import", "new", "plan", "schema", "serve", "validate"})
"""Verbs that need neither the walls of the child nor the locks of the ledger: they run on Windows too."""
