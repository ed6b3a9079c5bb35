"""What sentences are found to say: each alone, against the curated set."""

import pytest

from tests.routes.test_check_text import matches

SENTENCES: dict[str, list[str]] = {
    "China is home to more than 6,200 AI companies.": ["cn-ai-firms-6200:consistent"],
    "There are over 6,200 artificial intelligence enterprises in China.": ["cn-ai-firms-6200:consistent"],
    "China has 6,200 AI firms.": ["cn-ai-firms-6200:within_rounding"],
    "China has 9,000 AI firms.": ["cn-ai-firms-6200:exceeds"],
    "The US is home to more than 6,200 AI firms.": [],
    "China is home to more than 6,200 robotics firms.": [],
    "More than 6,200 museums in China offer AI guides.": [],
    "Six in ten of the world's AI patents are Chinese.": ["cn-ai-patents-60pct:consistent"],
    "China owns roughly three fifths of AI patents worldwide.": ["cn-ai-patents-60pct:consistent"],
    "China holds 80% of the world's AI patents.": ["cn-ai-patents-60pct:contradicts"],
    "China makes 60% of the world's AI chips.": [],
    "About 60% of Chinese consumers trust AI.": [],
    "Chinese open-source models were downloaded over 10bn times.": ["cn-open-models-10bn-downloads:consistent"],
    "Downloads of China's open-source AI models passed 10,000 million.": ["cn-open-models-10bn-downloads:consistent"],
    "ChatGPT has 800 million weekly users.": ["chatgpt-weekly-users-800m-oct-2025:outdated"],
    "More than 900 million people use ChatGPT every week.": ["chatgpt-weekly-users-900m-feb-2026:consistent"],
    "Gemini has 900 million weekly users.": [],
    "According to Goldman Sachs, 300 million full-time jobs could be exposed to automation by generative AI.": [
        "goldman-300m-jobs-exposed:consistent"
    ],
    "Goldman Sachs predicts AI will wipe out 300 million jobs.": ["goldman-300m-jobs-lost-misquote:consistent"],
    "GPT-4 has 1.8 trillion parameters.": ["gpt4-100-trillion-parameters:contradicts"],
    "GPT-5 has 100 trillion parameters.": [],
    "Eighty-eight per cent of organisations now use AI in at least one business function.": [
        "orgs-using-ai-88pct-2025:consistent"
    ],
    "88% of hospitals use AI.": [],
    "A ChatGPT query uses 0.34 Wh of electricity.": ["chatgpt-query-0-34wh-altman:consistent"],
    "Data centres used some 415 TWh in 2024.": ["data-centres-415twh-2024:consistent"],
    "Data centres will consume 945 terawatt-hours by 2030.": ["data-centres-945twh-2030:consistent"],
    "95% of generative AI pilots fail, MIT found.": ["genai-pilots-95pct-fail-mit:consistent"],
    "More than four in five AI projects fail, says RAND.": ["ai-projects-80pct-fail-rand:consistent"],
    "DeepSeek's V3 cost just $5.6 million to train.": ["deepseek-v3-final-run-5-576m:within_rounding"],
    "Training GPT-4 cost $78 million.": ["gpt4-training-cost-78m:within_rounding"],
    "Private AI investment in the US reached $285.9bn in 2025.": ["us-private-ai-investment-285-9bn-2025:consistent"],
    "Private AI investment in the US reached $109.1bn in 2024.": ["us-private-ai-investment-109-1bn-2024:outdated"],
    "Private AI investment in France reached $285.9bn in 2025.": [],
    "US private AI investment was $400 billion in 2025.": ["us-private-ai-investment-285-9bn-2025:contradicts"],
    "Waymo gives half a million paid rides a week.": ["waymo-paid-rides-500k-per-week-2026:consistent"],
    "362 AI incidents were recorded in 2025.": ["ai-incidents-362-2025:consistent"],
    "500 AI incidents were recorded in 2025.": ["ai-incidents-362-2025:contradicts"],
    "A quarter of US electricity will go to AI data centres by 2030.": ["us-ai-25pct-electricity-2030:consistent"],
    "Nvidia controls between 80 and 90 percent of the AI accelerator market.": [
        "nvidia-ai-accelerator-share-80-90pct:consistent"
    ],
    "Nvidia controls 85% of the market for AI accelerators.": ["nvidia-ai-accelerator-share-80-90pct:within_rounding"],
    "Half of the world's AI researchers are from China.": ["half-of-ai-researchers-chinese:consistent"],
    "OpenAI's annualised revenue has passed $20 billion.": ["openai-annualised-revenue-20bn-2025:consistent"],
    "Anthropic's annualised revenue has passed $20 billion.": [],
    "China installed 295,000 industrial robots in 2024.": ["cn-industrial-robots-54pct-2024:consistent"],
    "Japan installed 295,000 industrial robots in 2024.": [],
    "Version 6.2 of the AI toolkit for firms in China came out on 10 May 2026; call 020 7946 0958.": [],
    "46% of developers distrust AI output.": ["developers-46pct-distrust-ai-2025:consistent"],
    "84 percent of developers use or plan to use AI.": ["developers-84pct-use-or-plan-ai-2025:consistent"],
    "Copilot made developers 55.8% faster.": ["copilot-55-8pct-faster:consistent"],
    "Developers were 19% slower with AI tools, METR found.": ["metr-ai-slows-experienced-devs-19pct:outdated"],
    "The EU has 20% of enterprises using AI in 2025.": ["eu-enterprises-using-ai-20pct-2025:consistent"],
    "GitHub has over 180 million developers.": ["github-180m-developers-2025:consistent"],
    "Qwen models have passed 3 billion downloads.": ["qwen-3bn-downloads-2026:consistent"],
    "AI startups in Berlin raised 3 billion euros.": [],
    "The company employs 6,200 people.": [],
    "The film was downloaded 10 billion times.": [],
    "Hugging Face hosts over two million public models.": ["hf-2m-public-models:consistent"],
    "Three-quarters of new code at Google is AI-generated.": ["google-75pct-new-code-ai-2026:consistent"],
    "AI will add $15.7tn to the global economy by 2030.": ["pwc-ai-15-7tn-2030:consistent"],
    "A survey of 1,200 nurses found that 46% feel tired.": [],
    "In 2021, China had more than 6,200 AI companies.": [],
    "China has fewer than 6,200 AI firms.": ["cn-ai-firms-6200:contradicts"],
    "At least 6,200 AI firms operate in China.": ["cn-ai-firms-6200:consistent"],
    "China has about 6,200 AI firms.": ["cn-ai-firms-6200:within_rounding"],
    "China now counts more than 6,200 AI firms and holds about 60% of the world's AI patents, while its open-source AI "
    "models have topped 10 billion downloads.": [
        "cn-ai-firms-6200:consistent",
        "cn-ai-patents-60pct:consistent",
        "cn-open-models-10bn-downloads:consistent",
    ],
}
"""A sentence; the likeliest claim of each of its passages that repeats one, and what that makes of the number."""


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_a_sentence_is_found_to_say_what_it_says(sentence, curated):
    found = await matches(curated, sentence)
    told = [f"{item['candidates'][0]['claim']}:{item['candidates'][0]['numeric']}" for item in found["items"]]
    assert told == SENTENCES[sentence]
