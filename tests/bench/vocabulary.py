"""The words a large log is made of, the most used first."""

_LISTED = """
AI models data China open training research global compute software systems companies patents language generative
digital market users cloud chips industry investment source workers funding public private jobs energy health
students firms developers startups papers education robots spending government enterprise mobile power safety agents
revenue tools servers security finance science downloads innovation inference retail customers networks vision
consumer electricity policy adoption growth supply assistants academic talent national regional hardware
automation regulation water translation chatbots medicine manufacturing logistics advertising search video image
speech music legal tax housing farming mining steel textile aviation shipping rail ports tourism insurance banking
payments lending credit pensions auditing consulting recruiting payroll benchmarks weights parameters
tokens prompts datasets labels annotations embeddings retrieval reasoning planning coding testing deployment
monitoring evaluation alignment privacy copyright licensing disclosure transparency bias fairness accountability
governance standards ethics trust fraud misinformation elections journalism libraries museums schools universities
hospitals clinics laboratories factories warehouses offices farms forests oceans rivers satellites sensors cameras
drones vehicles batteries grids turbines reactors pipelines refineries foundries wafers memory storage bandwidth
latency throughput uptime outages backups archives registries catalogues directories portals platforms marketplaces
subscriptions renewals discounts bundles upgrades migrations integrations connectors plugins extensions templates
dashboards reports surveys interviews panels forecasts scenarios simulations experiments trials pilots prototypes
inventions trademarks designs drawings diagrams maps charts tables figures footnotes appendices glossaries indexes
quarterly annual monthly weekly daily seasonal regional rural urban coastal alpine arctic tropical domestic foreign
bilateral multilateral sovereign municipal federal provincial cantonal communal cooperative charitable voluntary
"""
WORDS = tuple(_LISTED.split())
PEOPLE = (
    "China's AI firms", "AI developers in China", "Chinese open-source AI models", "US technology companies",
    "Large language models", "AI startups in Europe", "Data centres", "Generative AI tools", "University laboratories",
    "Hospitals that use AI", "Chip makers", "Indian software firms", "Public agencies", "Office workers", "Teachers",
    "Robot makers in Japan", "Cloud providers", "Newsrooms", "Students", "Insurers", "Banks", "Farmers", "Law firms",
)  # fmt: skip
VERBS = (
    "account for", "have reached", "recorded", "spent", "passed", "filed", "employ", "trained on", "downloaded",
    "published", "consumed", "raised", "lost", "saved", "shipped", "deployed", "registered", "cited", "abandoned",
)  # fmt: skip
TAILS = (
    "in", "worldwide in", "by the end of", "in the first half of", "since", "a year from", "in the last quarter of",
    "across all platforms in", "according to a survey of", "excluding open weights in",
)  # fmt: skip
UNITS = (
    "downloads", "patents", "firms", "dollars", "users", "jobs", "papers", "chips", "terawatt hours", "models",
    "developers", "data centres", "robots", "accelerators", "licences", "litres", "tonnes", "requests", "lessons",
)  # fmt: skip
TOPICS = (
    "china", "open-models", "downloads", "patents", "firms", "usa", "investment", "jobs", "energy", "chips",
    "education", "health", "adoption", "research", "europe", "safety", "data-centres", "startups", "papers", "robots",
    "training",
    "inference", "regulation", "india", "japan", "korea", "france", "germany", "britain", "canada", "israel", "brazil",
    "africa", "finance", "law", "media", "music", "farming", "water", "copyright", "privacy", "elections", "defence",
    "translation", "chatbots", "agents", "coding", "benchmarks", "talent", "wages", "trade", "tax", "cloud", "mobile",
)  # fmt: skip
GEOGRAPHIES = (
    "WORLD", "CN", "US", "EU", "GB", "IN", "JP", "DE", "FR", "KR", "CA", "IL", "SG", "TW", "BR", "AE", "SA", "AU", "NL",
    "SE", "CH", "ES", "IT", "PL", "NO", "DK", "FI", "IE", "AT", "BE", "PT", "CZ", "GR", "HU", "RO", "TR", "ZA", "NG",
    "KE", "EG", "MA", "MX", "AR", "CL", "CO", "PE", "VN", "TH", "MY", "ID", "PH", "PK", "BD", "LK", "NZ", "UA", "KZ",
)  # fmt: skip
KINDS = ("primary", "government", "academic", "dataset", "secondary", "secondary", "secondary", "social")
AUTHORS = ("desk", "night desk", "science desk", "import")
VERIFIERS = ("vera", "second desk", "checker")

_STARTS = "Ar Bel Cor Dal En Fal Gar Hel Il Jor Kal Lum Mor Nov Or Pel Qu Ros Sil Tar"
_ENDS = "bix dor gen lis mon nex phos rian sys tek vane wick xis yon zar dyne lith mar nova quil"
NAMES = tuple(
    f"{start}{middle}{end}{tail}"
    for tail in ("", "on")
    for end in _ENDS.split()
    for middle in ("a", "e", "i", "o", "u")
    for start in _STARTS.split()
)
"""Four thousand names of models, firms and institutes."""
PUBLISHERS = tuple(
    f"{name} {('Research', 'Times', 'Agency', 'Journal', 'Index')[n % 5]}" for n, name in enumerate(NAMES[::7])
)
