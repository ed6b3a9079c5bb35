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
    "China holds 80% of the world's AI patents.": ["cn-ai-patents-60pct:exceeds"],
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
    "US private AI investment was $400 billion in 2025.": ["us-private-ai-investment-285-9bn-2025:exceeds"],
    "Waymo gives half a million paid rides a week.": ["waymo-paid-rides-500k-per-week-2026:consistent"],
    "362 AI incidents were recorded in 2025.": ["ai-incidents-362-2025:consistent"],
    "500 AI incidents were recorded in 2025.": ["ai-incidents-362-2025:exceeds"],
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
    "Roughly 5,800 AI companies are based in Britain, a government-commissioned study says.": [
        "uk-ai-companies-5800-2025:consistent"
    ],
    "In 2024, the United States had 40 notable AI models.": ["us-notable-models-40-2024:outdated"],
    "America produced 59 notable AI models in 2025.": ["us-notable-models-59-2025:consistent"],
    "China released 59 notable AI models in 2025.": [],
    "By July 2025 China had launched 1,509 large models.": ["cn-large-models-1509-jul-2025:consistent"],
    "Data centers swallowed 415 billion kWh of power in 2024.": ["data-centres-415twh-2024:consistent"],
    "WhatsApp hit one billion active users.": [],
    "Some 34% of British adults say they have used ChatGPT.": [],
    "US employers blamed AI for 120,000 job cuts in 2025.": ["us-layoffs-citing-ai-54836-2025:contradicts"],
    "Training Grok 4 released 72,816 tonnes of CO2.": ["grok-4-training-72816-tonnes-co2:consistent"],
    "Training GPT-4 released 72,816 tonnes of CO2.": [],
    "Just 8 percent of European firms used artificial intelligence in 2023.": [
        "eu-enterprises-using-ai-8pct-2023:outdated"
    ],
    "92% of UK undergraduates use generative AI.": ["uk-students-using-ai-92pct-2025:outdated"],
    "Worldwide AI spending will total $2.0 trillion in 2026, Gartner forecasts.": [
        "gartner-ai-spending-2-02tn-2026-earlier:outdated"
    ],
    "Our newsletter has 6,200 subscribers in China.": [],
    "Germany has 5,427 data centres.": [],
    "A Google search consumes 0.3 Wh.": [],
    "Waymo provides 450,000 paid rides each week.": ["waymo-paid-rides-500k-per-week-2026:falls_short"],
    "There are 35,000 AI firms in the US.": [],
    "By 2028 US data centres could draw 6.7 to 12% of the country's power.": [
        "us-data-centres-6-7-to-12pct-2028:consistent"
    ],
    "Between 7 and 12 per cent of American electricity will feed data centres by 2028.": [
        "us-data-centres-6-7-to-12pct-2028:within_rounding"
    ],
    "China's share of AI patents is about 60 per cent; its share of AI papers is 17.8 per cent.": [
        "cn-ai-patents-60pct:consistent",
        "cn-ai-publications-17-8pct-2024:consistent",
    ],
    "China published 40% of the world's AI papers in 2024.": ["cn-ai-publications-17-8pct-2024:contradicts"],
    "Global corporate AI investment of nearly $600 billion in 2025 broke records.": [
        "world-corporate-ai-investment-582bn-2025:exceeds"
    ],
    "Data centres used 4.4% of Ireland's electricity in 2023.": [],
    "US states passed 131 AI laws in 2024.": ["us-states-131-ai-laws-2024:consistent"],
    "US states passed 200 AI laws in 2024.": ["us-states-131-ai-laws-2024:exceeds"],
    "AMD holds 80 to 90 percent of the AI accelerator market.": [],
    "Nvidia's share of China's AI chip market has fallen to zero.": ["nvidia-china-ai-chip-share-95-to-0:consistent"],
    "515 million people in China used generative AI in mid-2025.": ["cn-genai-users-515m-jun-2025:outdated"],
    "700 million people in India used generative AI by December 2025.": [],
    "80% of US start-ups fail.": [],
    "Chinese models took 17.1% of downloads on Hugging Face in the year to August 2025.": [
        "cn-share-hf-downloads-17pct:outdated"
    ],
    "American models took 41% of Hugging Face downloads.": ["us-share-hf-downloads-15-8pct:contradicts"],
    "China does not hold 60% of the world's AI patents.": ["cn-ai-patents-60pct:contradicts"],
    "It is a myth that GPT-4 has 100 trillion parameters.": ["gpt4-100-trillion-parameters:contradicts"],
    "China does not hold 45% of the world's AI patents.": [],
    "Not only does China hold about 60% of the world's AI patents.": ["cn-ai-patents-60pct:consistent"],
    "US private AI investment reached €285.9bn in 2025.": ["us-private-ai-investment-285-9bn-2025:contradicts"],
    "US private AI investment reached €400bn in 2025.": [],
    "Electricity use by data centres fell 17% in 2025.": ["data-centre-electricity-growth-17pct-2025:contradicts"],
    "South Korea was granted 143 AI patents per million people in 2024.": [
        "kr-ai-patents-per-capita-14-3-2024:consistent"
    ],
    "China has thousands of AI firms.": ["cn-ai-firms-6200:no_number"],
    "Beijing has more than 6,200 AI firms.": [],
    "“China has more than 6,200 AI firms,” said a doctor in Ohio.": ["cn-ai-firms-6200:consistent"],
    "About 60% of the world's patents are Chinese.": [],
    "88% of organisations do not use AI in any business function.": ["orgs-using-ai-88pct-2025:contradicts"],
    "88% of organisations use AI in a business function, and do not regret it.": [
        "orgs-using-ai-88pct-2025:consistent"
    ],
    "84% of developers have no plan to use AI tools.": ["developers-84pct-use-or-plan-ai-2025:contradicts"],
    "Waymo gives 500,000 paid rides a week.": ["waymo-paid-rides-500k-per-week-2026:consistent"],
    "Waymo gives 500,000 paid rides a day.": ["waymo-paid-rides-500k-per-week-2026:contradicts"],
    "Waymo gives two million paid rides a month.": [],
    "China has about 1 million AI firms.": ["cn-ai-firms-6200:contradicts"],
    "China has 0 million AI firms.": [],
    "China has not 5,300 but more than 6,200 AI firms.": [
        "cn-ai-firms-5300-sep-2025:contradicts",
        "cn-ai-firms-6200:consistent",
    ],
    "China is home to more than **6,200** AI firms.": ["cn-ai-firms-6200:consistent"],
    "China is home to exactly <b>6,200</b> AI firms.": ["cn-ai-firms-6200:within_rounding"],
    "> 6,200 AI firms are in China.": ["cn-ai-firms-6200:within_rounding"],
    "China is home to more than 6 200 AI firms.": ["cn-ai-firms-6200:consistent"],
    "China is home to more than 6'200 AI firms.": ["cn-ai-firms-6200:consistent"],
    "US private AI investment reached USD285.9bn in 2025.": ["us-private-ai-investment-285-9bn-2025:consistent"],
    "China has 620 million AI firms.": [],
}
"""A sentence; the likeliest claim of each of its passages that repeats one, and what that makes of the number."""


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_a_sentence_is_found_to_say_what_it_says(sentence, curated):
    found = await matches(curated, sentence)
    told = [f"{item['candidates'][0]['claim']}:{item['candidates'][0]['numeric']}" for item in found["items"]]
    assert told == SENTENCES[sentence]


UNKNOWN = """
Anthropic raised $13 billion in September 2025, and Claude now serves 300,000 business customers.
Microsoft will invest $80 billion in AI data centres in fiscal 2025, more than half of it in the United States.
The Stargate project plans 10 gigawatts of capacity and $500 billion of spending over four years.
A survey by Pew found that 62% of US adults interact with AI several times a week.
TSMC makes about 90% of the world's most advanced chips.
AlphaFold has predicted the structures of more than 200 million proteins.
In 2024, Google reported that its AI Overviews reached 1.5 billion users a month.
Some 41% of employers plan to reduce their workforce because of AI, the World Economic Forum says.
The EU's AI continent plan aims to mobilise 200 billion euros for AI.
India's AI mission has a budget of 10,372 crore rupees.
Amazon deployed its one-millionth robot, and 75% of its deliveries are helped by robots.
The chip has 208 billion transistors and 192 GB of memory.
Meta's Llama models have been downloaded over one billion times.
The number of AI patents filed in Japan rose 12% in 2023.
Nearly 60% of Chinese companies say they use AI.
China's AI firms employ 1.2 million people.
More than 6,200 startups applied to the accelerator in China.
ChatGPT received 5.8 billion visits in August.
Hospitals in the UK use AI to read 5,800 scans a day.
AI could add 15.7 percent to China's GDP by 2030.
About half of US teens have used ChatGPT for homework.
DeepSeek-V3 has 671 billion parameters, of which 37 billion are active.
GPT-3 has 175 billion parameters.
An average of 362 people visit the AI museum each day.
Data centres in Virginia use 26% of the state's electricity.
OpenAI lost $5 billion in 2024 on $3.7 billion in revenue.
"""
"""Sentences about AI whose numbers nobody has recorded."""


@pytest.mark.parametrize("sentence", UNKNOWN.strip().splitlines())
async def test_a_sentence_of_which_there_is_no_claim_finds_none(sentence, curated):
    found = await matches(curated, sentence)
    assert found["items"] == []
    assert found["unmatched"]
