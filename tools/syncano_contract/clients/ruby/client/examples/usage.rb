# How to call the API, to tell its refusals apart, and to wait where it asks for that.
require 'json'
require 'syncano_users'

# [authenticate]
INSTANCE = ENV.fetch('SYNCANO_INSTANCE')

def connect(user_key = nil, api_key = ENV.fetch('SYNCANO_API_KEY'))
  config = SyncanoUsers::Configuration.new
  config.scheme, config.host, config.base_path = ENV.fetch('SYNCANO_URL').match(%r{(.+)://([^/]+)(.*)}).captures
  config.api_key = { 'X-API-KEY' => api_key, 'X-USER-KEY' => user_key }.compact
  SyncanoUsers::ApiClient.new(config)
end

# [calls]
def add(name, password)
  credentials = SyncanoUsers::Credentials.new(username: name, password: password)
  SyncanoUsers::UsersApi.new(connect).add_user(INSTANCE, credentials)
end

def details(user_key)
  SyncanoUsers::UserApi.new(connect(user_key)).get_user_details(INSTANCE)
end

def update(user, name, password)
  credentials = SyncanoUsers::Credentials.new(username: name, password: password)
  SyncanoUsers::UsersApi.new(connect(user.user_key)).update_user(INSTANCE, user.id, credentials)
end

def reset_key(user)
  SyncanoUsers::UsersApi.new(connect(user.user_key)).reset_user_key(INSTANCE, user.id)
end

# [errors]
# Every call raises an ApiError for a refusal: its code tells programs why, and its body tells people.
def explained(refused)
  body = JSON.parse(refused.response_body)
  return SyncanoUsers::Error.build_from_hash(body) if body.key?('detail')

  SyncanoUsers::ValidationErrors.build_from_hash(body)
end

# [retry]
# Call, and where there were too many requests (429) wait as long as `Retry-After` says and call again.
def patiently(tries = 5)
  yield
rescue SyncanoUsers::ApiError => e
  raise if e.code != 429 || (tries -= 1).zero?

  sleep(Integer(e.response_headers['Retry-After'] || 1))
  retry
end
